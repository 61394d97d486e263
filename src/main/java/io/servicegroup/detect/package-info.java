/**
 * Decides which members are up, without Vert.x, a clock or a thread. {@link
 * io.servicegroup.detect.LivenessEvaluator} is the entrance. The rules are in three places: {@code
 * EvidenceRules} turns sightings and records into events, {@code EvidenceState} says what the
 * events make of one backend's evidence about one member, and {@code VerdictRules} turns the votes
 * of all backends into a verdict.
 */
package io.servicegroup.detect;
