package io.servicegroup.runtime;

import io.servicegroup.config.FileFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An object that is made from the contents of some files. The files are read whenever the object is
 * asked for, and it is made again where they changed. Each change is one line in the log.
 *
 * <p>Thread-safe.
 *
 * @param <T> the type of the object
 */
final class RenewedFiles<T> {

  /** Makes the object from the files' contents, or fails with the reason why this is impossible. */
  interface Maker<T> {
    T make(String name, List<byte[]> contents) throws GeneralSecurityException;
  }

  private static final Logger LOG = LoggerFactory.getLogger(RenewedFiles.class);

  private final String name;
  private final List<Path> files;
  private final Maker<T> maker;
  private List<byte[]> seen = List.of();
  private String fault;
  private T last;

  RenewedFiles(String name, List<Path> files, Maker<T> maker) {
    this.name = name;
    this.files = files;
    this.maker = maker;
  }

  /**
   * The object of the present contents, or of the last ones that could be used; null where there
   * were none.
   */
  synchronized T get() {
    List<byte[]> contents = new ArrayList<>();
    for (Path file : files) {
      try {
        contents.add(Files.readAllBytes(file));
      } catch (IOException e) {
        failed(file + " cannot be read: " + FileFault.why(e));
        return last;
      }
    }
    if (!isSeen(contents)) {
      seen = contents;
      make(contents);
    }
    return last;
  }

  /**
   * Reads the files for the first time.
   *
   * @throws IllegalArgumentException with a sentence where the object cannot be made
   */
  void require() {
    requireNamed(name + ": ");
  }

  /** As {@link #require}, for callers that add the name to the message themselves. */
  void requireNameless() {
    requireNamed("");
  }

  private void requireNamed(String prefix) {
    if (get() == null) {
      throw new IllegalArgumentException(prefix + fault);
    }
  }

  private boolean isSeen(List<byte[]> contents) {
    if (contents.size() != seen.size()) {
      return false;
    }
    for (int i = 0; i < contents.size(); i++) {
      if (!Arrays.equals(contents.get(i), seen.get(i))) {
        return false;
      }
    }
    return true;
  }

  private void make(List<byte[]> contents) {
    try {
      T made = maker.make(name + ": " + files.get(0), contents);
      if (last != null) {
        LOG.info("{}: {} changed and is used from now on", name, names());
      }
      last = made;
      fault = null;
    } catch (GeneralSecurityException | RuntimeException e) {
      failed(names() + " cannot be used: " + e.getMessage());
    }
  }

  private void failed(String found) {
    if (last != null && !found.equals(fault)) {
      LOG.warn("{}: {}; the contents that were read before stay in use", name, found);
    }
    fault = found;
  }

  private String names() {
    return files.stream().map(Path::toString).distinct().collect(Collectors.joining(" with "));
  }
}
