package io.servicegroup.backend.postgres;

import io.servicegroup.config.AgentConfig.CreateTables;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The scripts that create the tables, as resources in the agent's jar. */
final class PostgresScripts {

  static final String SERVICES = "services.sql";

  /** The scripts that add tables, in the order of their versions; the first is version 1. */
  static final List<String> VERSIONS =
      List.of("V001__members.sql", "V002__words.sql", "V003__joined.sql", "V004__mirrored.sql");

  private PostgresScripts() {}

  /** All scripts as one text, for a DBA. */
  static String script(CreateTables allowed) {
    StringBuilder script =
        new StringBuilder("-- The tables of servicegroup in PostgreSQL 13 or later.\n");
    if (allowed != CreateTables.OWN) {
      script.append("-- An existing table `services` (OpenStack Nova's) is left alone.\n");
    }
    script.append("\nBEGIN;\n\n");
    if (allowed != CreateTables.OWN) {
      script.append(read(SERVICES)).append('\n');
    }
    VERSIONS.forEach(file -> script.append(read(file)).append('\n'));
    if (allowed != CreateTables.OWN) {
      script.append(read(PostgresChangeTriggers.SCRIPT)).append('\n');
    }
    return script.append("COMMIT;\n\n").append(read("grants.sql")).toString();
  }

  static String read(String name) {
    try (InputStream in = PostgresScripts.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("the agent's jar is incomplete: " + name, e);
    }
  }
}
