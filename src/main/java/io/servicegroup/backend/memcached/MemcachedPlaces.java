package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedCommand.Setter;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The keys and servers of the beats of this agent's members, with the commands that write them. */
final class MemcachedPlaces {

  private static final byte[] TOOZ_BEAT = MemcachedNode.bytes("It's alive!");

  private final int servers;
  private final int seconds;
  private final Map<MemberId, Place> places = new HashMap<>();

  /**
   * The key and the server of one member's beats, with the commands that write them.
   *
   * @param key its own key
   * @param server the index of the server that stores it
   * @param own writes the own key
   * @param tooz renews tooz's heartbeat of the host; null where tooz cannot hold the names
   */
  record Place(String key, int server, Setter own, MemcachedCommand tooz) {}

  /**
   * Creates it without members.
   *
   * @param servers how many there are
   * @param seconds until a beat expires
   */
  MemcachedPlaces(int servers, int seconds) {
    this.servers = servers;
    this.seconds = seconds;
  }

  Place of(MemberId id) {
    return places.computeIfAbsent(id, this::find);
  }

  private Place find(MemberId id) {
    String key = MemcachedKeys.own(id);
    String tooz =
        MemcachedKeys.toozGroup(id.group()) == null ? null : MemcachedKeys.toozMember(id.host());
    return new Place(
        key,
        MemcachedKeys.server(key, servers),
        MemcachedCommand.setter(key, MemcachedClient.RAW, seconds),
        tooz == null
            ? null
            : MemcachedCommand.renew(tooz, TOOZ_BEAT, MemcachedClient.RAW, seconds));
  }

  /** Forgets all members but those of the full state. */
  void keep(Collection<Heartbeat> state) {
    if (places.size() > state.size()) {
      places.keySet().retainAll(state.stream().map(Heartbeat::id).collect(Collectors.toSet()));
    }
  }
}
