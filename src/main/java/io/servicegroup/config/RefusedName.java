package io.servicegroup.config;

/**
 * What is wrong with a member's name where a technology cannot keep it.
 *
 * @param field {@code group} or {@code host}
 * @param rule a sentence that says why and what is allowed
 */
public record RefusedName(String field, String rule) {}
