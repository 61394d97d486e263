package io.servicegroup.backend.memcached;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.model.Incarnation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/**
 * The value of tooz's key of a group: a MessagePack map from member ids to {@code {capabilities:
 * …}}. Entries that are not ours are kept byte for byte, whatever they are.
 */
final class ToozGroupMap {

  private static final int HEADER = 5;

  /** The default is 8 kB for each of ten thousand entries. */
  private static final MessagePack.PackerConfig SMALL =
      new MessagePack.PackerConfig().withBufferSize(512);

  private static final Value CAPABILITIES =
      ValueFactory.newBinary("capabilities".getBytes(StandardCharsets.UTF_8));

  private final Map<ByteBuffer, byte[]> entries = new LinkedHashMap<>();
  private int size = HEADER;

  /** One without members. */
  ToozGroupMap() {}

  /** Reads a stored value; empty where it is no group's. */
  static Optional<ToozGroupMap> parse(byte[] stored) {
    ToozGroupMap map = new ToozGroupMap();
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(stored)) {
      // What tooz writes just before it deletes a group.
      if (unpacker.tryUnpackNil()) {
        return Optional.of(map);
      }
      int members = unpacker.unpackMapHeader();
      for (int i = 0; i < members; i++) {
        byte[] id = next(unpacker, stored);
        map.put(ByteBuffer.wrap(id), next(unpacker, stored));
      }
      return Optional.of(map);
    } catch (IOException | MessagePackException e) {
      return Optional.empty();
    }
  }

  private static byte[] next(MessageUnpacker unpacker, byte[] stored) throws IOException {
    int from = (int) unpacker.getTotalReadBytes();
    unpacker.skipValue();
    return Arrays.copyOfRange(stored, from, (int) unpacker.getTotalReadBytes());
  }

  /** The value of an entry of ours. */
  static byte[] entry(byte[] capabilities) {
    return pack(
        packer -> {
          packer.packMapHeader(1);
          packer.packValue(CAPABILITIES);
          packer.addPayload(capabilities);
        });
  }

  /** The form of our ids: tooz asks for bytes. */
  static ByteBuffer id(String host) {
    byte[] name = host.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.wrap(pack(packer -> packer.packBinaryHeader(name.length).writePayload(name)));
  }

  /** The entry of an id in the form of ours, or null. */
  byte[] get(ByteBuffer id) {
    return entries.get(id);
  }

  void put(ByteBuffer id, byte[] entry) {
    remove(id);
    entries.put(id, entry);
    size += id.remaining() + entry.length;
  }

  void remove(ByteBuffer id) {
    byte[] before = entries.remove(id);
    if (before != null) {
      size -= id.remaining() + before.length;
    }
  }

  /** About how many bytes it takes. */
  int size() {
    return size;
  }

  /** Goes through the members whose ids are names, each with its incarnation (null: not ours). */
  void forEach(BiConsumer<String, Incarnation> action) {
    entries.forEach(
        (id, entry) ->
            read(id.array())
                .flatMap(Capabilities::name)
                .ifPresent(name -> action.accept(name, incarnation(entry))));
  }

  /** The incarnation that an entry carries, or null where it is none of ours. */
  static Incarnation incarnation(byte[] entry) {
    return read(entry)
        .filter(Value::isMapValue)
        .map(value -> value.asMapValue().map().get(CAPABILITIES))
        .flatMap(Capabilities::incarnation)
        .orElse(null);
  }

  private static Optional<Value> read(byte[] packed) {
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(packed)) {
      return Optional.of(unpacker.unpackValue());
    } catch (IOException | MessagePackException e) {
      return Optional.empty();
    }
  }

  byte[] encode() {
    return pack(
        packer -> {
          packer.packMapHeader(entries.size());
          for (Map.Entry<ByteBuffer, byte[]> entry : entries.entrySet()) {
            packer.addPayload(entry.getKey().array());
            packer.addPayload(entry.getValue());
          }
        });
  }

  private static byte[] pack(Packing content) {
    try (MessageBufferPacker packer = SMALL.newBufferPacker()) {
      content.into(packer);
      return packer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private interface Packing {
    void into(MessageBufferPacker packer) throws IOException;
  }
}
