package io.servicegroup.model;

/**
 * A sign of life of a member that a liveness verticle found in its backend.
 *
 * @param id the member
 * @param incarnation the incarnation that the beat belongs to, or null for members that no agent of
 *     ours joined
 * @param count the number of the beat in its backend; grows within an incarnation
 */
public record Beat(MemberId id, Incarnation incarnation, long count) {}
