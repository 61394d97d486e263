package io.servicegroup.model;

/**
 * Something that works only in part, or its end; for the log and for health.
 *
 * @param about the check of {@code /health} that it belongs to: {@code backend:NAME} or {@code
 *     catalog}
 * @param subject which part: a group, a key, a server
 * @param text what is wrong and what to do, as a sentence without its full stop; null where it is
 *     over
 * @param unready whether this agent is not ready while it lasts: only for what the agent itself
 *     runs
 */
public record Concern(String about, String subject, String text, boolean unready) {}
