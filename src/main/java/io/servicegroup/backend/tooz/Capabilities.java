package io.servicegroup.backend.tooz;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;
import org.msgpack.value.ValueType;

/**
 * Reads and writes the capabilities of a tooz member, which are MessagePack as {@code
 * oslo.serialization.msgpackutils} writes it, with text as {@code str} so that Python reads
 * strings. Capabilities of our members are a map of {@code version}, {@code binary}, {@code
 * incarnation} and {@code metadata}; those of other members may be any value.
 */
public final class Capabilities {

  private static final String INCARNATION = "incarnation";

  /**
   * A small buffer, because allocating the default one of 8 kB for each member is most of the cost
   * of packing.
   */
  private static final MessagePack.PackerConfig PACKING =
      new MessagePack.PackerConfig().withBufferSize(256);

  private Capabilities() {}

  /**
   * The capabilities of a member of one of our agents.
   *
   * @param member the catalogue's record
   * @return MessagePack
   */
  public static byte[] of(Member member) {
    try (MessageBufferPacker packer = PACKING.newBufferPacker()) {
      packer.packMapHeader(4);
      packer.packString("version").packInt(member.version());
      packer.packString("binary").packString(member.binary());
      packer.packString(INCARNATION);
      pack(packer, member.incarnation() == null ? null : member.incarnation().toString());
      packer.packString("metadata");
      pack(packer, member.metadata());
      return packer.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Distinguishes members of our agents from members that joined through tooz.
   *
   * @param capabilities of any member, in any form
   * @return its incarnation, or empty where no agent of ours joined the member
   */
  public static Optional<Incarnation> incarnation(byte[] capabilities) {
    if (capabilities == null || capabilities.length == 0) {
      return Optional.empty();
    }
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(capabilities)) {
      return incarnation(unpacker);
    } catch (IOException | MessagePackException e) {
      return Optional.empty();
    }
  }

  /**
   * Reads value by value, since a header of five bytes can claim a thousand million items that must
   * not be allocated.
   */
  private static Optional<Incarnation> incarnation(MessageUnpacker unpacker) throws IOException {
    if (unpacker.getNextFormat().getValueType() != ValueType.MAP) {
      return Optional.empty();
    }
    for (int left = unpacker.unpackMapHeader(); left > 0; left--) {
      boolean found = INCARNATION.equals(text(unpacker));
      if (found) {
        return parse(text(unpacker));
      }
      unpacker.skipValue();
    }
    return Optional.empty();
  }

  /** Reads the next value if it is text, and skips any other. */
  private static String text(MessageUnpacker unpacker) throws IOException {
    if (unpacker.getNextFormat().getValueType() == ValueType.STRING) {
      return unpacker.unpackString();
    }
    unpacker.skipValue();
    return null;
  }

  /**
   * As {@link #incarnation(byte[])}, for a value that has been parsed already.
   *
   * @param capabilities of any member, in any form
   * @return its incarnation, or empty where no agent of ours joined the member
   */
  public static Optional<Incarnation> incarnation(Value capabilities) {
    if (!capabilities.isMapValue()) {
      return Optional.empty();
    }
    Value text = capabilities.asMapValue().map().get(ValueFactory.newString(INCARNATION));
    return parse(text == null || !text.isStringValue() ? null : text.asStringValue().toString());
  }

  private static Optional<Incarnation> parse(String text) {
    try {
      return text == null ? Optional.empty() : Optional.of(Incarnation.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The name in a member's id. tooz writes ids as bytes; some writers use text.
   *
   * @param id MessagePack's bytes or text
   * @return the name, or empty where the id is neither bytes nor text, or is not valid UTF-8
   */
  public static Optional<String> name(Value id) {
    return id.isRawValue() ? name(id.asRawValue().asByteArray()) : Optional.empty();
  }

  /**
   * The name in the bytes of an id.
   *
   * @param id bytes
   * @return the name, or empty where the bytes are not valid UTF-8
   */
  public static Optional<String> name(byte[] id) {
    String text = new String(id, StandardCharsets.UTF_8);
    return Arrays.equals(text.getBytes(StandardCharsets.UTF_8), id)
        ? Optional.of(text)
        : Optional.empty();
  }

  private static void pack(MessageBufferPacker packer, Object json) throws IOException {
    if (json == null) {
      packer.packNil();
    } else if (json instanceof JsonObject object) {
      pack(packer, object.getMap());
    } else if (json instanceof JsonArray array) {
      pack(packer, array.getList());
    } else if (json instanceof String text) {
      packer.packString(text);
    } else if (json instanceof Boolean truth) {
      packer.packBoolean(truth);
    } else if (json instanceof Number number) {
      pack(packer, number);
    } else if (json instanceof Map<?, ?> map) {
      packer.packMapHeader(map.size());
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        packer.packString(entry.getKey().toString());
        pack(packer, entry.getValue());
      }
    } else if (json instanceof Collection<?> items) {
      packer.packArrayHeader(items.size());
      for (Object item : items) {
        pack(packer, item);
      }
    } else {
      packer.packString(json.toString());
    }
  }

  private static void pack(MessageBufferPacker packer, Number number) throws IOException {
    if (number instanceof Double || number instanceof Float || number instanceof BigDecimal) {
      packer.packDouble(number.doubleValue());
    } else if (number instanceof BigInteger big) {
      // MessagePack's integers have 64 bits, signed or unsigned.
      if (big.bitLength() <= (big.signum() < 0 ? 63 : 64)) {
        packer.packBigInteger(big);
      } else {
        packer.packString(big.toString());
      }
    } else {
      packer.packLong(number.longValue());
    }
  }
}
