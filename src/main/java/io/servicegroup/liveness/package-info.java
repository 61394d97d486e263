/**
 * Connects the event bus with the backends and the evaluator: {@link
 * io.servicegroup.liveness.LivenessVerticle} writes beats to one backend and reports what it saw,
 * {@link io.servicegroup.liveness.EvaluationVerticle} publishes the verdicts. {@link
 * io.servicegroup.liveness.LivenessBackend} is what a technology implements.
 */
package io.servicegroup.liveness;
