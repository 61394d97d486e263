package io.servicegroup.model;

/**
 * Where an evaluator's numbering stands, so that whoever missed an event notices.
 *
 * @param epoch the evaluator's run
 * @param seq the number of its last status change
 */
public record Digest(String epoch, long seq) {}
