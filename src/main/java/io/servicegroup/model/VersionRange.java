package io.servicegroup.model;

/**
 * The smallest and the greatest version of a binary in a group. Forced-down members do not count,
 * and disabled ones do, which is Nova's rule for its minimum service version.
 *
 * @param group the group
 * @param binary the binary
 * @param minVersion the smallest version
 * @param maxVersion the greatest version
 */
public record VersionRange(String group, String binary, int minVersion, int maxVersion) {}
