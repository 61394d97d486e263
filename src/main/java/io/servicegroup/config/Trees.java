package io.servicegroup.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Converts trees of maps, lists and scalars, which YAML and JSON have in common. */
final class Trees {

  private static final int MAX_DEPTH = 50;

  private Trees() {}

  /**
   * Copies a tree into plain maps and lists.
   *
   * @throws IllegalArgumentException with a sentence, where the tree is nested too deeply, as it is
   *     where a YAML alias stands inside of itself
   */
  static Map<String, Object> plain(JsonObject json) {
    return map(json.getMap(), 0);
  }

  /** Copies a tree into JSON. */
  static JsonObject json(Map<?, ?> tree) {
    return new JsonObject(map(tree, 0));
  }

  /**
   * Reads a value in YAML.
   *
   * @throws IllegalArgumentException with a sentence that holds nothing of the text
   */
  static Object parse(String yaml) {
    try {
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(false);
      return plain(new Yaml(new SafeConstructor(options)).load(yaml), 0);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(
          "the value cannot be read as YAML; a text with : # { [ , & * or quotes stands in quotes",
          e);
    }
  }

  /** Writes a tree in YAML's block style. */
  static String yaml(Map<String, Object> tree) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    options.setSplitLines(false);
    return new Yaml(options).dump(tree);
  }

  private static Object plain(Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("maps and lists are nested at most 50 deep");
    }
    if (value instanceof JsonObject json) {
      return map(json.getMap(), depth);
    }
    if (value instanceof Map<?, ?> map) {
      return map(map, depth);
    }
    if (value instanceof JsonArray array) {
      return list(array.getList(), depth);
    }
    if (value instanceof List<?> list) {
      return list(list, depth);
    }
    // YAML reads a date without quotes as a date, whose text is not what the user wrote.
    return value instanceof Date date ? date.toInstant() : value;
  }

  private static Map<String, Object> map(Map<?, ?> map, int depth) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, value) -> copy.put(String.valueOf(key), plain(value, depth + 1)));
    return copy;
  }

  private static List<Object> list(List<?> list, int depth) {
    List<Object> copy = new ArrayList<>();
    list.forEach(value -> copy.add(plain(value, depth + 1)));
    return copy;
  }
}
