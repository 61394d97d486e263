package io.servicegroup.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Optional;

/** Explains why a file cannot be used, in words for the user who named it. */
public final class FileFault {

  private static final String ABSENT = "there is no such file";
  private static final String FORBIDDEN = "this user may not (permission denied)";

  private FileFault() {}

  /**
   * Explains a failure of the file system.
   *
   * @param failure thrown by {@link Files}
   * @return a clause without the file's name and without the name of any class
   */
  public static String why(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return ABSENT;
    }
    if (failure instanceof AccessDeniedException) {
      return FORBIDDEN;
    }
    if (failure instanceof FileAlreadyExistsException) {
      return "something else has that name";
    }
    if (failure instanceof NotDirectoryException) {
      return "it is no directory";
    }
    if (failure instanceof FileSystemException system && system.getReason() != null) {
      return system.getReason();
    }
    // The message of any other IOException, such as "Is a directory", names no file.
    return failure instanceof FileSystemException || failure.getMessage() == null
        ? "the file system fails"
        : failure.getMessage();
  }

  /**
   * Explains why a file cannot be read. Blocks.
   *
   * @param file its path
   * @return a clause; empty where the file can be read
   */
  static Optional<String> ofReading(String file) {
    Path path;
    try {
      path = Path.of(file);
    } catch (InvalidPathException e) {
      return Optional.of("that is no path of a file");
    }
    if (Files.isDirectory(path)) {
      return Optional.of("it is a directory");
    }
    if (!Files.exists(path)) {
      return Optional.of(ABSENT);
    }
    if (!Files.isRegularFile(path)) {
      return Optional.of("it is no regular file");
    }
    return Files.isReadable(path) ? Optional.empty() : Optional.of(FORBIDDEN);
  }
}
