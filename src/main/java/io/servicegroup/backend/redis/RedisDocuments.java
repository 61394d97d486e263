package io.servicegroup.backend.redis;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Portions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Stores documents as fields of one hash per kind; the hash never expires. A compare-and-set
 * compares texts: documents of equal text are equal.
 *
 * <p>Redis may come back empty, or as a replica that lags. The store therefore remembers each
 * removal for a day, in a key of its own, so that a removed document is not mistaken for a lost
 * one.
 */
final class RedisDocuments implements DocumentStore {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /**
   * The most keys or fields of one command, because Redis serves no other client while a command
   * runs.
   */
  private static final int AT_ONCE = 500;

  private static final Duration LONGEST_REST = Duration.ofSeconds(1);

  /** How long a removal is remembered. */
  private static final Duration REMEMBERED = Duration.ofDays(1);

  /**
   * Compares and sets several documents. KEYS, for each change: the hash, the key that remembers a
   * removal. ARGV: for how long to remember a removal; then for each change: the field, whether a
   * text is expected, the expected text, whether there is a new text, the new text. Answers for
   * each change whether it was made.
   */
  private static final String CHANGE =
      """
      local done = {}
      for i = 1, #KEYS / 2 do
        local hash, removed, from = KEYS[2 * i - 1], KEYS[2 * i], 5 * i - 3
        local field, expects, expected = ARGV[from], ARGV[from + 1], ARGV[from + 2]
        local stored = redis.call('HGET', hash, field)
        if expects == '1' and stored ~= expected or expects == '0' and stored then
          done[i] = 0
        else
          if ARGV[from + 3] == '1' then
            redis.call('HSET', hash, field, ARGV[from + 4])
            redis.call('DEL', removed)
          else
            redis.call('HDEL', hash, field)
            redis.call('SET', removed, '', 'PX', ARGV[1])
          end
          done[i] = 1
        end
      end
      return done
      """;

  /**
   * Restores a document unless it exists or was removed. KEYS: the hash, the key that remembers a
   * removal. ARGV: the field, its text.
   */
  private static final String RESTORE =
      """
      if redis.call('EXISTS', KEYS[2]) == 1 then
        return 0
      end
      return redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
      """;

  private final RedisDocumentKeys keys;
  private final RedisClient client;
  private final RedisNotifications notifications;
  private Consumer<MemberNews> changed = news -> {};
  private boolean unannounced;

  RedisDocuments(Vertx vertx, BackendUri uri) {
    RedisAddress address = new RedisAddress(uri);
    RedisConnector connector = new RedisConnector(vertx, address, LONGEST_REST);
    this.keys = new RedisDocumentKeys(new RedisKeys(address.namespace()));
    this.client = new RedisClient(connector, TIMEOUT);
    this.notifications =
        new RedisNotifications(
            vertx,
            connector,
            keys.news(),
            TIMEOUT,
            announcement -> client.run(call -> call.ask(announcement)),
            told -> changed.accept(MemberNews.parse(told)));
  }

  @Override
  public Future<Void> open() {
    return client.run(RedisCall::requireMaster).mapEmpty();
  }

  @Override
  public Future<List<Document>> read(Collection<Key> wanted) {
    List<Document> found = new ArrayList<>();
    RedisBatch batch = new RedisBatch();
    wanted.stream()
        .collect(Collectors.groupingBy(Key::kind))
        .forEach(
            (kind, asked) ->
                Portions.of(asked, AT_ONCE)
                    .forEach(
                        some -> batch.add(read(kind, some), answer -> take(some, answer, found))));
    return client.run(batch::send).map(done -> found);
  }

  private Request read(Kind kind, List<Key> some) {
    Request read = Request.cmd(Command.HMGET).arg(keys.hash(kind));
    some.forEach(key -> read.arg(RedisDocumentKeys.field(key)));
    return read;
  }

  private static void take(List<Key> asked, Response answer, List<Document> found) {
    for (int i = 0; i < asked.size(); i++) {
      if (answer.get(i) != null) {
        found.add(document(asked.get(i), answer.get(i)));
      }
    }
  }

  @Override
  public Future<List<Document>> list(String group) {
    return all(Kind.MEMBER)
        .map(
            all ->
                all.stream()
                    .filter(found -> group == null || group.equals(found.key().group()))
                    .toList());
  }

  @Override
  public Future<List<Document>> removals() {
    return all(Kind.REMOVAL);
  }

  private Future<List<Document>> all(Kind kind) {
    return send(Request.cmd(Command.HGETALL).arg(keys.hash(kind)))
        .map(answer -> documents(kind, answer));
  }

  private static List<Document> documents(Kind kind, Response fields) {
    List<Document> found = new ArrayList<>();
    if (fields.isMap()) {
      for (String field : fields.getKeys()) {
        found.add(document(RedisDocumentKeys.key(kind, field), fields.get(field)));
      }
      return found;
    }
    // Servers before Redis 6 answer with a list, in which each look-up by name is a search.
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      Key key = RedisDocumentKeys.key(kind, fields.get(i).toString());
      found.add(document(key, fields.get(i + 1)));
    }
    return found;
  }

  private static Document document(Key key, Response text) {
    return new Document(key, text.toString(), null);
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    return write(List.of(new Change(key, text, expected))).get(0);
  }

  @Override
  public Future<Boolean> remove(Document expected) {
    return write(List.of(new Change(expected.key(), null, expected))).get(0);
  }

  /** Writes each change; a change without a new text removes the document. */
  @Override
  public List<Future<Boolean>> write(List<Change> changes) {
    Request script = Request.cmd(Command.EVAL).arg(CHANGE).arg(2 * changes.size());
    changes.forEach(
        change -> script.arg(keys.hash(change.key().kind())).arg(keys.removed(change.key())));
    script.arg(REMEMBERED.toMillis());
    for (Change change : changes) {
      script
          .arg(RedisDocumentKeys.field(change.key()))
          .arg(change.expected() == null ? 0 : 1)
          .arg(change.expected() == null ? "" : change.expected().text())
          .arg(change.text() == null ? 0 : 1)
          .arg(change.text() == null ? "" : change.text());
    }
    Future<Response> done = announced(changes.stream().map(Change::key).toList(), script);
    return IntStream.range(0, changes.size())
        .mapToObj(i -> done.map(answer -> answer.get(i).toInteger() == 1))
        .toList();
  }

  @Override
  public Future<Boolean> restore(Key key, String text) {
    return announced(
            List.of(key),
            Request.cmd(Command.EVAL)
                .arg(RESTORE)
                .arg(2)
                .arg(keys.hash(key.kind()))
                .arg(keys.removed(key))
                .arg(RedisDocumentKeys.field(key))
                .arg(text))
        .map(answer -> answer.toInteger() == 1);
  }

  /**
   * Announces changes that were made before this agent's subscription was tested, as soon as
   * announcing works.
   */
  private void announceBelated() {
    if (unannounced && notifications.isAnnouncing()) {
      unannounced = false;
      RedisBatch batch = new RedisBatch();
      batch.add(notifications.announcement(RedisNotifications.RESYNC));
      // A failure only delays the other agents: their next poll finds the change.
      client.run(batch::send).otherwiseEmpty();
    }
  }

  /** Adds one announcement for the whole batch. */
  private Future<Response> announced(List<Key> changed, Request change) {
    RedisBatch batch = new RedisBatch();
    List<Response> done = new ArrayList<>();
    batch.add(change, done::add);
    Set<MemberId> members =
        changed.stream()
            .filter(key -> key.kind() == Kind.MEMBER)
            .map(key -> new MemberId(key.group(), key.name()))
            .collect(Collectors.toSet());
    if (!members.isEmpty() && notifications.isAnnouncing()) {
      batch.add(notifications.announcement(MemberNews.of(members).text()));
    }
    unannounced |= !members.isEmpty() && !notifications.isAnnouncing();
    return client.run(batch::send).map(sent -> done.get(0));
  }

  @Override
  public Future<Set<Key>> removed(Collection<Key> asked) {
    Set<Key> removed = new HashSet<>();
    RedisBatch batch = new RedisBatch();
    for (List<Key> some : Portions.of(asked, AT_ONCE)) {
      Request ask = Request.cmd(Command.MGET);
      some.forEach(key -> ask.arg(keys.removed(key)));
      batch.add(
          ask,
          answer -> {
            for (int i = 0; i < some.size(); i++) {
              if (answer.get(i) != null) {
                removed.add(some.get(i));
              }
            }
          });
    }
    return client.run(batch::send).map(sent -> removed);
  }

  private Future<Response> send(Request request) {
    List<Response> answers = new ArrayList<>();
    RedisBatch batch = new RedisBatch();
    batch.add(request, answers::add);
    return client.run(batch::send).map(sent -> answers.get(0));
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> onChange) {
    changed = onChange;
    return notifications
        .start()
        .onSuccess(started -> announceBelated())
        .map(started -> this::telling);
  }

  /** Whoever empties the server, or puts a backup back into it, announces nothing. */
  private Telling telling() {
    return notifications.isListening() ? Telling.OF_AGENTS : Telling.NOTHING;
  }

  @Override
  public Future<Void> close() {
    return Future.join(notifications.stop(), client.close()).<Void>mapEmpty().otherwiseEmpty();
  }
}
