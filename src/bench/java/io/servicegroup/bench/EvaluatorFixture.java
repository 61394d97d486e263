package io.servicegroup.bench;

import io.servicegroup.detect.EvaluatorSettings;
import io.servicegroup.detect.LivenessEvaluator;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Member;
import io.servicegroup.model.Sightings;
import io.servicegroup.testkit.Members;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Members of one backend with their evaluator, and the messages that a verticle would send it. */
final class EvaluatorFixture {

  static final String BACKEND = "postgresql";
  static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final int MEMBERS_PER_AGENT = 10;

  final List<Member> members;
  final LivenessEvaluator evaluator;
  private long count;

  EvaluatorFixture(List<Member> members, long serviceDownTime) {
    this.members = members;
    // Mass silence off: it would hold what the bench makes expire.
    evaluator =
        new LivenessEvaluator(
            "bench",
            new EvaluatorSettings(
                List.of(BACKEND),
                EvaluatorSettings.Rule.ALL,
                serviceDownTime,
                Map.of(),
                5_000,
                1_000,
                1,
                5,
                15_000));
    members.forEach(member -> evaluator.member(member, false, AT));
    // The first message is a listing; from the second on a count that grew is a beat.
    evaluator.sightings(message(0, beats(0, members.size())), AT);
    evaluator.sightings(message(0, beats(0, members.size())), AT);
  }

  static List<Member> members(int number) {
    return IntStream.range(0, number).mapToObj(EvaluatorFixture::member).toList();
  }

  private static Member member(int number) {
    return Members.of("compute", "host-" + number)
        .uuid("00000000-0000-0000-0000-" + (100_000_000_000L + number))
        .version(5)
        .incarnation(number + 1L, "1f3a9c04")
        .agent("agent-" + number / MEMBERS_PER_AGENT)
        .backends(BACKEND)
        .build();
  }

  /** A message in which some members, round and round, have beaten once more. */
  List<Beat> beats(long from, int number) {
    count++;
    List<Beat> beats = new ArrayList<>(number);
    for (long i = from; i < from + number; i++) {
      Member member = members.get((int) (i % members.size()));
      beats.add(new Beat(member.id(), member.incarnation(), count));
    }
    return beats;
  }

  static Sightings message(long witnessedMillis, List<Beat> beats) {
    return new Sightings(BACKEND, witnessedMillis, beats, List.of(), List.of(), List.of());
  }
}
