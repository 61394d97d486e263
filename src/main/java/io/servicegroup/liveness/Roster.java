package io.servicegroup.liveness;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The members of the catalogue for which agents of ours beat through one backend. A backend looks
 * these up by id, whatever its own lists of members say. Not thread-safe.
 */
public final class Roster {

  private final LivenessSettings settings;
  private final Map<MemberId, Member> members = new LinkedHashMap<>();

  /**
   * Makes it empty.
   *
   * @param settings of the backend
   */
  public Roster(LivenessSettings settings) {
    this.settings = settings;
  }

  /**
   * Takes in what the catalogue says.
   *
   * @param event what happened
   */
  public void catalogued(CatalogEvent event) {
    Member member = event.member();
    boolean there = event.type() != CatalogEvent.Type.DELETED;
    if (there && member.incarnation() != null && member.backends().contains(settings.backend())) {
      members.put(member.id(), member);
    } else {
      members.remove(member.id());
    }
  }

  /**
   * Finds a member.
   *
   * @param id its id
   * @return the catalogue's record, or null where no agent of ours beats for it here
   */
  public Member get(MemberId id) {
    return members.get(id);
  }

  /**
   * Whether the catalogue says that another agent joined a member with a newer incarnation. An
   * agent that gives a member up for this reason must not write that the member left: it did not,
   * and an observer that hears of the newer incarnation only later would take it for down.
   *
   * @param heartbeat this agent's last heartbeat of the member
   * @return also false where the catalogue's record is not known
   */
  public boolean isSuperseded(Heartbeat heartbeat) {
    Member member = members.get(heartbeat.id());
    return member != null && member.incarnation().isNewerThan(heartbeat.incarnation());
  }

  /**
   * Lists all of them.
   *
   * @return an unmodified view, which changes with the catalogue
   */
  public Collection<Member> members() {
    return members.values();
  }

  /**
   * Whether a group is also read for members that only tooz knows.
   *
   * @param group a group that the backend lists
   * @return false where the agent watches only its own members
   */
  public boolean isWatched(String group) {
    return settings.watch().coversAllOf(group);
  }
}
