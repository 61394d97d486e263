package io.servicegroup.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What a new key costs: its declaration, and whoever asks for its value. These are some that the
 * agent does not have.
 */
class NewKeyTest {

  private static final List<Key<?>> KEYS = new ArrayList<>(Keys.all());

  private static final Key<Duration> KEEP =
      Key.of("history.keep", KeyTypes.duration("1h", "24h"), "how long changes are kept")
          .orElse(Duration.ofHours(12))
          .in(KEYS);

  private static final Key<String> SALT =
      Key.of("history.salt", KeyTypes.visible("a text", "a text"), "what names are hashed with")
          .secret()
          .reloaded()
          .in(KEYS);

  static {
    Key.of("history.secrets", KeyTypes.flag(), "whether they are kept, too").orElse(false).in(KEYS);
  }

  private static Configs.Read read(String yaml, String... settings) {
    return Configs.read(KEYS, yaml, Map.of("SERVICEGROUP__HISTORY__SALT", "pepper"), settings);
  }

  @Test
  void itHasItsValueOrItsDefaultWhereverItIsGiven() {
    assertThat(read("").sound().values().get(KEEP)).hasHours(12);
    assertThat(read("history: {keep: 2h}").sound().values().get(KEEP)).hasHours(2);
    assertThat(read("", "history.keep=90m").sound().values().get(KEEP)).hasMinutes(90);
    assertThat(read("").sound().values().find(SALT)).contains("pepper");
  }

  @Test
  void itsFaultsAreToldWithAllOthers() {
    assertThat(read("{http: {port: x}, history: {keep: 25h}}").faults())
        .extracting(Fault::toString)
        .containsExactlyInAnyOrder(
            "http.port: given \"x\"; allowed is an integer from 0 to 65535",
            "history.keep: given \"25h\"; allowed is a duration from 1h to 24h, such as 250ms, 5s"
                + " or 60s");
    assertThat(read("", "history.salt=").faults())
        .extracting(Fault::toString)
        .containsExactly("history.salt: given *** (from --set); allowed is a text");
  }

  @Test
  void itIsFoundByWhoeverMistypesIt() {
    assertThat(read("{histry: {}}").faults().toString()).contains("the nearest is history;");
    assertThat(read("history: {kept: 1h}").faults().toString())
        .contains("history.kept", "the nearest is keep; allowed are keep, salt, secrets");
    assertThat(Configs.read("history: {keep: 1h}").faults().toString())
        .as("without the declaration")
        .contains("history: ", "there is no such key");
  }

  @Test
  void itIsShownAmongTheOthersAndItsSecretIsNot() {
    assertThat(read("").effective())
        .contains("history:\n  keep: 12h\n  salt: '***'\n  secrets: false\n")
        .doesNotContain("pepper");
    assertThat(read("").sound().toString()).doesNotContain("pepper");
  }

  @Test
  void aChangeOfItNeedsARestartUnlessItsDeclarationSaysOtherwise() {
    AgentConfig running = read("").sound();
    AgentConfig next = read("", "history.keep=1h", "history.salt=null").sound();
    assertThat(Restart.keys(running, next)).containsExactly("history.keep");
  }

  @Test
  void whoRunsWithASecretIsGivenTheOneThatIsReloaded() {
    Secrets.replace(read("").sound(), read("", "history.salt=cumin").sound());
    assertThat(Secrets.now("pepper")).isEqualTo("cumin");
  }

  @Test
  void itsRowOfTheDocumentationIsSaidByItsDeclaration() {
    assertThat(ConfigurationDocumentsTest.row(KEEP))
        .isEqualTo("| `history.keep` | `12h` | `1h`–`24h` | how long changes are kept |");
  }
}
