package io.servicegroup.testkit;

import io.servicegroup.model.MemberView;
import io.vertx.core.json.JsonObject;

/**
 * What an answer says of a member, whichever way it came.
 *
 * @param host its name in the group
 * @param status {@code UP}, {@code DOWN} or {@code UNKNOWN}
 * @param reason of the status
 * @param disabled the operator's word
 * @param forcedDown the operator's other word
 */
public record SeenMember(
    String host, String status, String reason, boolean disabled, boolean forcedDown) {

  static SeenMember of(JsonObject member) {
    return new SeenMember(
        member.getString("host"),
        member.getString("status"),
        member.getString("reason"),
        member.getBoolean("disabled"),
        member.getBoolean("forced_down"));
  }

  static SeenMember of(MemberView view) {
    return new SeenMember(
        view.member().id().host(),
        view.verdict().status().name(),
        view.verdict().reason() == null ? null : view.verdict().reason().text(),
        view.member().disabled(),
        view.member().forcedDown());
  }
}
