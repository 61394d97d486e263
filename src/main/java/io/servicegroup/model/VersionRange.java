package io.servicegroup.model;

/**
 * The oldest and the newest version of a binary in a group. Deleted and forced-down members do not
 * count, disabled ones do (Nova's rule for its minimum service version).
 *
 * @param group the group
 * @param binary the binary
 * @param minVersion the smallest version
 * @param maxVersion the greatest version
 */
public record VersionRange(String group, String binary, int minVersion, int maxVersion) {}
