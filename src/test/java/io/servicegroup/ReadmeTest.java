package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.ServiceGroup;
import io.servicegroup.model.MemberView;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the README and the pages under docs say must be there, and compile. */
class ReadmeTest {

  private static final Path SOURCE = Path.of("src/test/java/io/servicegroup/ReadmeTest.java");

  /** Holds the README's example as it stands there. */
  static final class Example extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(Example.class);

    @Override
    public Future<?> start() {
      ServiceGroup services = ServiceGroup.create(vertx);
      services.onChange(change -> LOG.info("{} is {}", change.id(), change.status()));
      List<MemberView> workers = services.members("compute");
      return Future.succeededFuture(workers);
    }
  }

  @Test
  void theExampleIsWhatThisTestCompiles() throws IOException {
    List<String> blocks =
        found(Path.of("README.md"), Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL));
    assertThat(blocks).hasSize(1);
    assertThat(unindented(Files.readString(SOURCE))).contains(unindented(blocks.get(0)));
  }

  @Test
  void everyRelativeLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      for (String target : found(page, Pattern.compile("\\]\\((?!\\w+:|#)([^)#]+)"))) {
        if (!Files.exists(page.toAbsolutePath().resolveSibling(target))) {
          broken.add(page + " → " + target);
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  @Test
  void everyFileAndScriptThatIsNamedExists() throws IOException {
    List<String> missing = new ArrayList<>();
    for (Path page : pages()) {
      Pattern named = Pattern.compile("((?:\\./scripts|conf)/[\\w-]+(?:\\.yaml)?)");
      for (String name : found(page, named)) {
        Path file = Path.of(name);
        boolean isScript = name.startsWith("./scripts");
        if (!Files.exists(file) || isScript && !Files.isExecutable(file)) {
          missing.add(page + " names " + name);
        }
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void everyShippedConfigurationIsDescribed() throws IOException {
    String page = Files.readString(Path.of("docs/configuration.md"));
    try (Stream<Path> files = Files.list(Path.of("conf"))) {
      assertThat(files).isNotEmpty().allSatisfy(file -> assertThat(page).contains("../" + file));
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(Path.of("."));
        Stream<Path> docs = Files.list(Path.of("docs"))) {
      List<Path> pages =
          Stream.concat(top, docs).filter(page -> page.toString().endsWith(".md")).toList();
      assertThat(pages).contains(Path.of("./README.md"), Path.of("docs/configuration.md"));
      return pages;
    }
  }

  private static List<String> found(Path page, Pattern pattern) throws IOException {
    Matcher matcher = pattern.matcher(Files.readString(page));
    return matcher.results().map((MatchResult match) -> match.group(1)).toList();
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n"));
  }
}
