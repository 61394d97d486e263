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
 * …}}. Entries of other programs are kept byte for byte.
 */
final class ToozGroupMap {

  private static final int HEADER = 5;

  /** A small buffer, because the default one takes 8 kB for each of ten thousand entries. */
  private static final MessagePack.PackerConfig SMALL =
      new MessagePack.PackerConfig().withBufferSize(512);

  private static final Value CAPABILITIES =
      ValueFactory.newBinary("capabilities".getBytes(StandardCharsets.UTF_8));

  private final Map<ByteBuffer, byte[]> entries = new LinkedHashMap<>();
  private int size = HEADER;

  /** Creates a group without members. */
  ToozGroupMap() {}

  /** Parses a stored value; empty where it is not a group. */
  static Optional<ToozGroupMap> parse(byte[] stored) {
    ToozGroupMap map = new ToozGroupMap();
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(stored)) {
      // tooz writes nil just before it deletes a group.
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

  /** The stored form of an entry of one of our members. */
  static byte[] entry(byte[] capabilities) {
    return pack(
        packer -> {
          packer.packMapHeader(1);
          packer.packValue(CAPABILITIES);
          packer.addPayload(capabilities);
        });
  }

  /** The stored form of our members' ids: bytes, as tooz requires. */
  static ByteBuffer id(String host) {
    byte[] name = host.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.wrap(pack(packer -> packer.packBinaryHeader(name.length).writePayload(name)));
  }

  /** The entry of an id in our form, or null. */
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

  /** The approximate size in bytes. */
  int size() {
    return size;
  }

  /**
   * Visits the members whose ids are valid names, each with its incarnation, or null where no agent
   * of ours joined it.
   */
  void forEach(BiConsumer<String, Incarnation> action) {
    entries.forEach(
        (id, entry) ->
            read(id.array())
                .flatMap(Capabilities::name)
                .ifPresent(name -> action.accept(name, incarnation(entry))));
  }

  /** The incarnation in an entry, or null where no agent of ours wrote it. */
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
