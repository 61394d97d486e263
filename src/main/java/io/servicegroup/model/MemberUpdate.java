package io.servicegroup.model;

import java.util.Map;
import java.util.Optional;

/**
 * The changes that an operator or a service makes to a member. An empty field stays as it is.
 *
 * @param id the member
 * @param disabled the new value
 * @param disabledReason the new value; an empty text clears the reason, and so does enabling
 * @param forcedDown the new value
 * @param version the new value
 * @param metadata the new value, which replaces the old one as a whole
 */
public record MemberUpdate(
    MemberId id,
    Optional<Boolean> disabled,
    Optional<String> disabledReason,
    Optional<Boolean> forcedDown,
    Optional<Integer> version,
    Optional<Map<String, Object>> metadata) {}
