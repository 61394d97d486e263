package io.servicegroup.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.Verdict;
import io.servicegroup.testkit.Members;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The text of a list is that of the objects which were built for it before. */
class MemberTextTest {

  private static final Instant AT = Instant.parse("2026-11-22T07:00:00.12Z");

  private static String built(Snapshot snapshot) {
    return Topics.LIST.encodeAnswer().apply(snapshot).encode();
  }

  private static void assertSame(Snapshot snapshot) {
    assertThat(MemberText.of(snapshot)).isEqualTo(built(snapshot));
  }

  private static Snapshot of(MemberView... views) {
    return new Snapshot("7-e", 42, false, List.of(views));
  }

  private static MemberView up(Member member) {
    return new MemberView(
        member, new Verdict(Status.UP, Reason.HEARTBEAT, AT, AT.plusMillis(1), false, "redis"));
  }

  @Test
  void anEmptyListWithoutAnEpoch() {
    assertSame(new Snapshot(null, 0, true, List.of()));
  }

  @Test
  void nullsAndFullRecords() {
    Member bare = Members.of("compute", "a").build();
    Member full =
        Members.of("compute", "b")
            .uuid("5f6cd2b0-7a2c-4f0c-8ba5-91a1e8e5ee11")
            .version(Integer.MAX_VALUE)
            .disabled(true, "maintenance \"until\" \\ Monday\n\u0001\u007f")
            .forcedDown(true)
            .incarnation(new Incarnation(Incarnation.GREATEST, "1f3aX7"))
            .agent("agent")
            .backends("redis")
            .lastSeenUp(AT.plusSeconds(5))
            .build();
    assertSame(of(new MemberView(bare, Verdict.UNKNOWN), up(bare), up(full)));
  }

  @Test
  void metadataOfEveryKind() {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("text", "ä€😀</script>\u2028");
    metadata.put("k\"ey\t", 1);
    metadata.put("long", Long.MIN_VALUE);
    metadata.put("double", 1.0e-7);
    metadata.put("float", 1.5f);
    metadata.put("big", BigInteger.TEN.pow(40));
    metadata.put("yes", true);
    metadata.put("none", null);
    metadata.put("list", Arrays.asList(1, null, "x", List.of()));
    metadata.put("map", new LinkedHashMap<>(Map.of("inner", Map.of("a", false))));
    metadata.put("object", new JsonObject().put("a", new JsonArray().add("ü")));
    assertSame(of(up(Members.of("compute", "a").metadata(metadata).build())));
  }

  @Property(tries = 300)
  void textsOfAnyCharacters(@ForAll String text, @ForAll String other) {
    Member member =
        Members.of("g", "h")
            .binary(text)
            .uuid(other)
            .disabled(true, other + text)
            .metadata(Map.of(text, other))
            .build();
    assertSame(of(up(member), up(member)));
  }

  @Property(tries = 300)
  void timesOfAnyPrecision(@ForAll int seconds, @ForAll int nanos) {
    Instant since = Instant.ofEpochSecond(seconds, Math.abs((long) nanos));
    Verdict verdict = new Verdict(Status.DOWN, Reason.LEFT, since, null, true, null);
    assertSame(of(new MemberView(Members.of("g", "h").lastSeenUp(since).build(), verdict)));
  }

  @Test
  void moreTimesThanAreRemembered() {
    MemberView[] views = new MemberView[2_500];
    for (int i = 0; i < views.length; i++) {
      Verdict verdict =
          new Verdict(Status.UP, Reason.HEARTBEAT, AT.plusMillis(i % 1_200), AT, false, "b");
      views[i] = new MemberView(Members.of("g", "h-" + i).build(), verdict);
    }
    assertSame(of(views));
  }
}
