package io.servicegroup;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.PackageMatcher;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceRule;
import io.servicegroup.backend.Technology;
import io.servicegroup.config.Schemes;
import io.servicegroup.runtime.OnContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The layers of the design: who may know whom. */
@AnalyzeClasses(packages = "io.servicegroup", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String ROOT = "io.servicegroup";

  @ArchTest
  static final ArchRule THE_MODEL_AND_THE_RULES_KNOW_NO_VERTX =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + ".model..", ROOT + ".detect..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.vertx..", "io.netty..");

  @ArchTest static final ArchRule THE_MODEL_KNOWS_NOTHING_OF_OURS = knowsOnly("model");

  @ArchTest static final ArchRule THE_RULES_KNOW_THE_MODEL = knowsOnly("detect", "model");

  @ArchTest static final ArchRule THE_CONFIGURATION_KNOWS_THE_MODEL = knowsOnly("config", "model");

  @ArchTest static final ArchRule THE_BUS_KNOWS_WHAT_IT_CARRIES = knowsOnly("bus", "model");

  /** These two are the client's jar, whose POM names vertx-core alone. */
  @ArchTest
  static final ArchRule THE_CLIENT_NEEDS_NOTHING_BUT_VERTX =
      classes()
          .that()
          .resideInAnyPackage(ROOT + ".bus..", ROOT + ".model..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("java..", "io.vertx.core..", ROOT + ".bus..", ROOT + ".model..");

  @ArchTest static final ArchRule THE_RUNTIME_KNOWS_NO_FEATURE = knowsOnly("runtime", "config");

  @ArchTest
  static final ArchRule THE_CATALOGUE_KNOWS_NO_OTHER_FEATURE =
      knowsOnly("catalog", "bus", "model", "config", "runtime");

  @ArchTest
  static final ArchRule HEARTBEATS_KNOW_NO_OTHER_FEATURE =
      knowsOnly("heartbeat", "bus", "model", "config", "runtime");

  @ArchTest
  static final ArchRule LIVENESS_KNOWS_THE_RULES =
      knowsOnly("liveness", "detect", "bus", "model", "config", "runtime");

  @ArchTest
  static final ArchRule HTTP_KNOWS_NO_OTHER_FEATURE =
      knowsOnly("http", "bus", "model", "config", "runtime");

  /** The entrance knows the command line, which knows the agent; no feature knows either. */
  @ArchTest
  static final ArchRule NO_FEATURE_KNOWS_THE_AGENT =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT, ROOT + ".agent..", ROOT + ".cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ROOT, ROOT + ".agent..", ROOT + ".cli..");

  @ArchTest
  static final ArchRule FEATURES_KNOW_NO_TECHNOLOGY =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".agent..", ROOT + ".cli..", ROOT + ".backend..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".backend..");

  @ArchTest
  static final ArchRule A_TECHNOLOGY_IS_KNOWN_BY_ITS_DOOR =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + ".agent..", ROOT + ".cli..", ROOT + ".backend")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + ".backend.*..");

  @ArchTest
  static final ArchRule WHAT_TECHNOLOGIES_SHARE_KNOWS_NONE_OF_THEM =
      noClasses()
          .that()
          .resideInAnyPackage(ROOT + ".backend.common..", ROOT + ".backend.tooz..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              Schemes.all().stream()
                  .map(scheme -> scheme.getClass().getPackageName() + "..")
                  .toArray(String[]::new));

  /** What several share has a folder of its own; so has the wire layout of tooz. */
  @ArchTest
  static final SliceRule TECHNOLOGIES_KNOW_NOT_EACH_OTHER =
      slices()
          .matching(ROOT + ".backend.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              DescribedPredicate.alwaysTrue(),
              resideInAnyPackage(ROOT + ".backend.tooz..", ROOT + ".backend.common.."));

  /**
   * A connection is one socket or session, and a client bounds calls on it, in every technology.
   */
  @ArchTest
  static final ArchRule TECHNOLOGIES_HAVE_ONE_WORD_FOR_A_CONNECTION =
      noClasses()
          .that()
          .resideInAPackage(ROOT + ".backend..")
          .should()
          .haveNameMatching(".*(Link|Handle|Line)");

  @ArchTest
  static final ArchRule A_DOOR_IS_ALL_THAT_A_TECHNOLOGY_SHOWS =
      classes()
          .that()
          .resideInAPackage(ROOT + ".backend.*..")
          .and()
          .resideOutsideOfPackages(ROOT + ".backend.tooz..", ROOT + ".backend.common..")
          .and()
          .arePublic()
          .and()
          .areTopLevelClasses()
          .should()
          .implement(Technology.class);

  @ArchTest
  static final ArchRule BACKENDS_KNOW_THEIR_INTERFACES =
      knowsOnly("backend", "liveness", "catalog", "bus", "model", "config", "runtime");

  @ArchTest
  static final ArchRule VERTICLES_ARE_HELD_BY_THE_AGENT_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + ".agent..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are finished verticles",
                  type ->
                      type.isAssignableTo("io.vertx.core.VerticleBase")
                          && type.getPackageName().startsWith(ROOT)));

  /**
   * A future that knows no context ends on a thread of Netty's own where its time runs out: beside
   * the context whose state its handlers change. What stops the started parts stops Vert.x itself,
   * whose timers end with it.
   */
  @ArchTest
  static final ArchRule WHAT_RUNS_OUT_OF_TIME_ENDS_ON_A_CONTEXT =
      noClasses()
          .that()
          .doNotBelongToAnyOf(OnContext.class)
          .and()
          .doNotHaveFullyQualifiedName(ROOT + ".agent.StartedParts")
          .should()
          .callMethodWhere(
              target(name("timeout")).and(target(owner(assignableTo("io.vertx.core.Future")))));

  /** What a package may know of ours, besides itself. */
  private static ArchRule knowsOnly(String name, String... others) {
    String[] known =
        Stream.concat(Stream.of(name), Stream.of(others))
            .map(other -> ROOT + "." + other + "..")
            .toArray(String[]::new);
    return classes()
        .that()
        .resideInAPackage(ROOT + "." + name + "..")
        .should()
        .onlyDependOnClassesThat(
            DescribedPredicate.describe(
                "are not ours, or are in " + List.of(known),
                type ->
                    !type.getPackageName().startsWith(ROOT)
                        || Stream.of(known)
                            .anyMatch(
                                pattern ->
                                    PackageMatcher.of(pattern).matches(type.getPackageName()))));
  }

  @Test
  void addressesAreWrittenInOnePlace() throws IOException {
    assertThat(sources("\"servicegroup\\.", file -> !file.contains("/bus/"))).isEmpty();
  }

  /** What a refusal means is a kind; the statuses that HTTP has for it are known above. */
  @Test
  void noStatusOfHttpIsKnownWhereNobodySpeaksIt() throws IOException {
    Set<String> speakers = Set.of("bus", "http", "cli", "HttpProber.java");
    assertThat(
            sources(
                "\\b(400|404|409|503)\\b",
                file -> Stream.of(file.split("/")).noneMatch(speakers::contains)))
        .isEmpty();
  }

  /** Java tells a name server that is silent from a name that is none by nothing but its text. */
  @Test
  void nothingIsDecidedByTheWordsOfAMessage() throws IOException {
    assertThat(
            sources(
                "(getMessage\\(\\)|getLocalizedMessage\\(\\)|Why\\.of\\([^()]*\\))\\)?\\s*\\.\\s*"
                    + "(contains|startsWith|endsWith|matches|indexOf|lastIndexOf|equalsIgnoreCase)\\(",
                file -> true))
        .containsExactly("src/main/java/io/servicegroup/runtime/HostNames.java");
  }

  /** Whoever waits says for what and how long, and how that is done stands once. */
  @Test
  void testsWaitInOnePlace() throws IOException {
    for (String root : List.of("src/test/java", "src/bench/java")) {
      assertThat(
              sources(
                  root,
                  "Thread\\.(sleep|yield)|LockSupport\\.park",
                  file -> !file.endsWith("/Eventually.java")))
          .isEmpty();
    }
  }

  /** The files of this repository, of those wanted, that hold what a pattern describes. */
  private static List<String> sources(String pattern, Predicate<String> wanted) throws IOException {
    return sources("src/main/java", pattern, wanted);
  }

  private static List<String> sources(String root, String pattern, Predicate<String> wanted)
      throws IOException {
    Pattern found = Pattern.compile(pattern);
    try (Stream<Path> files = Files.walk(Path.of(root))) {
      return files
          .map(Path::toString)
          .filter(file -> file.endsWith(".java"))
          .filter(wanted)
          .filter(file -> found.matcher(text(file)).find())
          .toList();
    }
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
