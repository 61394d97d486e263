package io.servicegroup.liveness;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The members that agents of ours beat for through one backend, as the catalogue told: those are
 * looked up by name, whatever the backend's own lists say. Not thread-safe.
 */
public final class Roster {

  private final LivenessSettings settings;
  private final Map<MemberId, Member> members = new LinkedHashMap<>();

  /**
   * Makes an empty one.
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
   * @param id its name
   * @return as the catalogue has it, or null where no agent of ours beats for it here
   */
  public Member get(MemberId id) {
    return members.get(id);
  }

  /**
   * Whether the catalogue told that another agent joined a member later. Who gives a member up so
   * does not say that it left: it did not, and whoever heard of the newer life later would take it
   * for down.
   *
   * @param heartbeat the last that this agent said of it
   * @return also false where nothing is known of it
   */
  public boolean isSuperseded(Heartbeat heartbeat) {
    Member member = members.get(heartbeat.id());
    return member != null && member.incarnation().isNewerThan(heartbeat.incarnation());
  }

  /**
   * All of them.
   *
   * @return a view
   */
  public Collection<Member> members() {
    return members.values();
  }

  /**
   * Whether a group is read for members that nobody but tooz knows.
   *
   * @param group a group that the backend lists
   * @return never where the agent watches its own members only
   */
  public boolean isWatched(String group) {
    return settings.watch().coversAllOf(group);
  }
}
