package io.servicegroup.model;

/**
 * The message that a part of a backend or of the catalogue does not work while the rest does, or
 * that it works again.
 *
 * @param about the check of {@code /health} that it belongs to: {@code backend:NAME} or {@code
 *     catalog}
 * @param subject names the part: a group, a key, a server
 * @param text what is wrong and what to do, as a sentence without its full stop; null where the
 *     part works again
 * @param unready whether this agent is not ready while the concern lasts; only for parts that the
 *     agent itself runs
 */
public record Concern(String about, String subject, String text, boolean unready) {}
