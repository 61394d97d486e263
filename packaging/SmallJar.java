import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Writes a jar anew, smaller: without entries for directories, compressed as well as possible, and
 * without the names and types of local variables, which only a debugger asks for. Stack traces keep
 * their lines. The build runs it for the slim jar: {@code java packaging/SmallJar.java FILE}.
 */
public final class SmallJar {

  /** What a class file says of a method's local variables (JVMS 4.7.13 and 4.7.14). */
  private static final Set<String> LEFT_OUT =
      Set.of("LocalVariableTable", "LocalVariableTypeTable");

  private final DataInputStream in;
  private final String[] texts;

  private SmallJar(DataInputStream in, String[] texts) {
    this.in = in;
    this.texts = texts;
  }

  public static void main(String[] arguments) throws IOException {
    Path jar = Path.of(arguments[0]);
    Path small = jar.resolveSibling(jar.getFileName() + ".small");
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(small))) {
      out.setLevel(Deflater.BEST_COMPRESSION);
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        if (!entry.isDirectory()) {
          byte[] content = in.readAllBytes();
          ZipEntry written = new ZipEntry(entry.getName());
          written.setTimeLocal(entry.getTimeLocal());
          out.putNextEntry(written);
          out.write(entry.getName().endsWith(".class") ? smaller(content) : content);
        }
      }
    }
    Files.move(small, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  /** A class file without what is left out. Its structure is that of JVMS 4.1. */
  private static byte[] smaller(byte[] content) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
    in.skipNBytes(8);
    SmallJar names = new SmallJar(in, constants(in));
    in.skipNBytes(6);
    in.skipNBytes(2L * in.readUnsignedShort());
    int start = content.length - in.available();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length);
    bytes.write(content, 0, start);
    DataOutputStream out = new DataOutputStream(bytes);
    names.members(out);
    names.members(out);
    names.attributes(out);
    return bytes.toByteArray();
  }

  /** Reads the constant pool, of which the texts are kept by their index (JVMS 4.4). */
  private static String[] constants(DataInputStream in) throws IOException {
    String[] texts = new String[in.readUnsignedShort()];
    for (int i = 1; i < texts.length; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 ->
            texts[i] = new String(in.readNBytes(in.readUnsignedShort()), StandardCharsets.UTF_8);
        case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        default -> throw new IOException("unknown constant " + tag);
      }
    }
    return texts;
  }

  /** Fields, or methods. */
  private void members(DataOutputStream out) throws IOException {
    int count = in.readUnsignedShort();
    out.writeShort(count);
    for (int i = 0; i < count; i++) {
      out.write(in.readNBytes(6));
      attributes(out);
    }
  }

  private void attributes(DataOutputStream out) throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    DataOutputStream attributes = new DataOutputStream(kept);
    int left = 0;
    int count = in.readUnsignedShort();
    for (int i = 0; i < count; i++) {
      int name = in.readUnsignedShort();
      byte[] content = in.readNBytes(in.readInt());
      if (!LEFT_OUT.contains(texts[name])) {
        byte[] written = texts[name].equals("Code") ? code(content) : content;
        attributes.writeShort(name);
        attributes.writeInt(written.length);
        attributes.write(written);
        left++;
      }
    }
    out.writeShort(left);
    kept.writeTo(out);
  }

  /** The code of a method, which has attributes of its own at its end. */
  private byte[] code(byte[] content) throws IOException {
    DataInputStream code = new DataInputStream(new ByteArrayInputStream(content));
    code.skipNBytes(4);
    code.skipNBytes(code.readInt());
    code.skipNBytes(8L * code.readUnsignedShort());
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.length);
    bytes.write(content, 0, content.length - code.available());
    new SmallJar(code, texts).attributes(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
