package io.servicegroup.model;

/**
 * The epoch and number of an evaluator's last status change, by which a consumer notices that it
 * missed one.
 *
 * @param epoch names the run of the evaluator
 * @param seq the number of its last status change
 */
public record Digest(String epoch, long seq) {}
