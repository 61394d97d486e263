package io.servicegroup.model;

import java.util.Map;
import java.util.Optional;

/**
 * What an operator or a service changes of a member. An empty field stays as it is.
 *
 * @param id the member
 * @param disabled the new value
 * @param disabledReason the new value; an empty text clears it. Enabling clears it too
 * @param forcedDown the new value
 * @param version the new value
 * @param metadata the new value, replacing the old one whole
 */
public record MemberUpdate(
    MemberId id,
    Optional<Boolean> disabled,
    Optional<String> disabledReason,
    Optional<Boolean> forcedDown,
    Optional<Integer> version,
    Optional<Map<String, Object>> metadata) {}
