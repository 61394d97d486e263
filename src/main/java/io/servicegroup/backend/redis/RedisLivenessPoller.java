package io.servicegroup.backend.redis;

import io.servicegroup.backend.common.Canary;
import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.liveness.AdaptiveTimeout;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeats;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the state of all members of interest in one round trip from the master, together with the
 * canary that the previous poll wrote, and writes the next canary. Only a group with new members
 * takes a second round trip.
 */
final class RedisLivenessPoller {

  /** The most keys of one command, because Redis serves no other client while a command runs. */
  private static final int CHUNK = 1000;

  private final RedisClient client;
  private final RedisKeys keys;
  private final LivenessSettings settings;
  private final Roster roster;
  private final RedisLivenessWriter writer;
  private final Canary canary = new Canary();
  private final RedisGroups tooz;
  private final RedisToozMembers others;
  private final AdaptiveTimeout pollTimeout;
  private final StoredBeats stored;
  private final Set<String> groups = new TreeSet<>();

  RedisLivenessPoller(
      RedisClient client,
      RedisKeys keys,
      LivenessSettings settings,
      Roster roster,
      RedisLivenessWriter writer,
      RedisGroups groupsOfTooz) {
    this.client = client;
    this.keys = keys;
    this.settings = settings;
    this.stored = new StoredBeats(settings.backend());
    this.roster = roster;
    this.writer = writer;
    this.tooz = groupsOfTooz;
    this.pollTimeout =
        new AdaptiveTimeout(AdaptiveTimeout.half(settings.pollInterval()), settings.longestCall());
    this.others = new RedisToozMembers(settings.serviceDownTime());
  }

  Future<Observation> poll() {
    return pollTimeout.call(bound -> client.run(bound, call -> new Round(call).read()));
  }

  /** Removes the canary. Never fails. */
  Future<?> removeCanary() {
    if (!canary.exists()) {
      return Future.succeededFuture();
    }
    RedisBatch batch = new RedisBatch();
    batch.add(Request.cmd(Command.DEL).arg(keys.canary(settings.agent())));
    return client.run(batch::send).otherwiseEmpty();
  }

  private static <T> void inChunks(Collection<T> all, BiConsumer<List<T>, Integer> chunk) {
    List<T> list = List.copyOf(all);
    for (int from = 0; from < list.size(); from += CHUNK) {
      chunk.accept(list.subList(from, Math.min(list.size(), from + CHUNK)), from);
    }
  }

  /** One poll. */
  private final class Round {

    private final RedisCall call;
    private final List<Beat> beats = new ArrayList<>();
    private final List<Absence> gone = new ArrayList<>();
    private final Set<MemberId> listed = new HashSet<>();
    private final Set<MemberId> beating = new HashSet<>();
    private final Set<String> all = new TreeSet<>();
    private boolean master;

    Round(RedisCall call) {
      this.call = call;
    }

    Future<Observation> read() {
      Set<MemberId> ours = new LinkedHashSet<>();
      roster.members().forEach(member -> ours.add(member.id()));
      others.remove(ours);
      ours.addAll(others.ours());
      RedisBatch batch = new RedisBatch();
      batch.add(Request.cmd(Command.ROLE), role -> master = RedisServerConnection.isMaster(role));
      Canary.Round proof = canary.begin();
      String key = keys.canary(settings.agent());
      batch.add(Request.cmd(Command.GET).arg(key), found -> proof.found(text(found)));
      readOwnKeys(batch, ours);
      readGroups(batch);
      readBeats(batch, others.others());
      batch.add(
          Request.cmd(Command.SET)
              .arg(key)
              .arg(proof.text())
              .arg("PX")
              .arg(Canary.LIFETIME.toMillis()),
          written -> proof.written());
      return batch
          .send(call)
          .compose(read -> master ? readNewGroups() : Future.failedFuture(call.notMaster()))
          .map(read -> observation());
    }

    private void readOwnKeys(RedisBatch batch, Collection<MemberId> ids) {
      read(batch, ids, keys::own, this::foundOwn);
    }

    private void readBeats(RedisBatch batch, Collection<MemberId> ids) {
      read(
          batch,
          ids,
          id -> keys.beat(id.host()),
          (id, value) -> {
            // tooz treats an empty heartbeat as an absent one.
            if (value != null && !value.isEmpty()) {
              beating.add(id);
            }
          });
    }

    private void read(
        RedisBatch batch,
        Collection<MemberId> ids,
        Function<MemberId, String> key,
        BiConsumer<MemberId, String> found) {
      inChunks(
          ids,
          (some, from) -> {
            Request request = Request.cmd(Command.MGET);
            some.forEach(id -> request.arg(key.apply(id)));
            batch.add(
                request,
                values -> {
                  for (int i = 0; i < some.size(); i++) {
                    found.accept(some.get(i), text(values.get(i)));
                  }
                });
          });
    }

    private void foundOwn(MemberId id, String value) {
      stored
          .read(id, keys.own(id), value)
          .ifPresent(
              beat -> {
                writer.seen(id, beat.incarnation());
                if (beat.isAlive()) {
                  beats.add(beat.beat(id));
                } else {
                  gone.add(beat.absence(id));
                }
              });
    }

    private void readGroups(RedisBatch batch) {
      if (!settings.watch().equals(Watch.OWN)) {
        batch.addApart(
            Request.cmd(Command.SMEMBERS).arg(keys.groups()),
            names -> {
              tooz.listRead();
              names.forEach(name -> Capabilities.name(name.toBytes()).ifPresent(all::add));
            },
            why -> {
              tooz.listRefused(why);
              all.addAll(groups);
            });
        groups.forEach(group -> readGroup(batch, group));
      }
    }

    private void readGroup(RedisBatch batch, String group) {
      batch.addApart(
          Request.cmd(Command.HKEYS).arg(keys.group(group)),
          hosts -> {
            tooz.read(group);
            hosts.forEach(host -> foundInGroup(group, host));
          },
          why -> {
            tooz.refused(group, why);
            // The group cannot be read, so its known members count as still listed.
            listed.addAll(others.of(group));
          });
    }

    private Future<Void> readNewGroups() {
      RedisBatch batch = new RedisBatch();
      all.stream()
          .filter(group -> roster.isWatched(group) && !groups.contains(group))
          .forEach(group -> readGroup(batch, group));
      return batch.send(call).compose(read -> readNewcomers());
    }

    private void foundInGroup(String group, Response host) {
      Capabilities.name(host.toBytes())
          .filter(name -> !name.equals(RedisKeys.CREATED))
          .flatMap(name -> id(group, name))
          .ifPresent(listed::add);
    }

    private Future<Void> readNewcomers() {
      Map<String, List<MemberId>> newcomers =
          listed.stream()
              .filter(id -> roster.get(id) == null && !others.knows(id))
              .collect(Collectors.groupingBy(MemberId::group));
      RedisBatch batch = new RedisBatch();
      newcomers.forEach((group, ids) -> readCapabilities(batch, group, ids));
      return batch.send(call).compose(read -> readNewKeys(newcomers.values()));
    }

    private void readCapabilities(RedisBatch batch, String group, List<MemberId> ids) {
      inChunks(
          ids,
          (some, from) -> {
            Request request = Request.cmd(Command.HMGET).arg(keys.group(group));
            some.forEach(id -> request.arg(id.host()));
            batch.add(
                request,
                values -> {
                  for (int i = 0; i < some.size(); i++) {
                    Response value = values.get(i);
                    if (value != null) {
                      boolean ours = Capabilities.incarnation(value.toBytes()).isPresent();
                      others.add(some.get(i), ours);
                    }
                  }
                });
          });
    }

    private Future<Void> readNewKeys(Collection<List<MemberId>> newcomers) {
      Set<MemberId> fresh = newcomers.stream().flatMap(List::stream).collect(Collectors.toSet());
      RedisBatch batch = new RedisBatch();
      readOwnKeys(batch, others.ours().stream().filter(fresh::contains).toList());
      readBeats(batch, others.others().stream().filter(fresh::contains).toList());
      return batch.send(call);
    }

    private Observation observation() {
      boolean dataLost = canary.takeLost();
      if (dataLost) {
        writer.forget();
        others.dataLost();
      }
      long now = System.nanoTime();
      others.update(listed, beating, now);
      gone.addAll(others.gone(now));
      groups.clear();
      all.stream().filter(roster::isWatched).forEach(groups::add);
      others.held().forEach(member -> groups.add(member.id().group()));
      return new Observation(beats, others.held(), gone, List.of(), dataLost);
    }
  }

  private static String text(Response value) {
    return value == null ? null : value.toString();
  }

  /** The member's id; empty where tooz's name is not valid in a catalogue. */
  private static Optional<MemberId> id(String group, String host) {
    try {
      return Optional.of(new MemberId(group, host));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
