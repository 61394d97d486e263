package io.servicegroup.backend.memcached;

import io.servicegroup.backend.tooz.Capabilities;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/** The value of tooz's key of all groups: a MessagePack array of ids. */
final class ToozGroupList {

  private final List<Value> ids = new ArrayList<>();

  /** Creates a list without groups. */
  ToozGroupList() {}

  /** Parses a stored value; empty where it is not a list. */
  static Optional<ToozGroupList> parse(byte[] stored) {
    ToozGroupList list = new ToozGroupList();
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(stored)) {
      int groups = unpacker.unpackArrayHeader();
      for (int i = 0; i < groups; i++) {
        list.ids.add(unpacker.unpackValue());
      }
      return Optional.of(list);
    } catch (IOException | MessagePackException e) {
      return Optional.empty();
    }
  }

  /** The names of the groups whose ids, bytes or text, are valid names. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    ids.forEach(id -> Capabilities.name(id).ifPresent(names::add));
    return names;
  }

  /** Adds missing groups with ids of bytes; false where none is missing. */
  boolean add(Collection<String> groups) {
    Set<String> present = names();
    List<String> missing = groups.stream().filter(group -> !present.contains(group)).toList();
    missing.forEach(
        group -> ids.add(ValueFactory.newBinary(group.getBytes(StandardCharsets.UTF_8))));
    return !missing.isEmpty();
  }

  byte[] encode() {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packArrayHeader(ids.size());
      for (Value id : ids) {
        packer.packValue(id);
      }
      return packer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
