package io.servicegroup;

/** Makes the parts that the configuration names and nothing imports. */
public final class Components {

  private Components() {}

  /**
   * Makes an instance of a class with a public constructor without parameters.
   *
   * @param name the class's name, from {@code Scheme}
   * @param type what it is to be
   * @param <T> what it is to be
   * @return the instance
   * @throws IllegalStateException where this build lacks the class
   */
  public static <T> T create(String name, Class<T> type) {
    try {
      return type.cast(Class.forName(name).getConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this build has no usable " + name, e);
    }
  }
}
