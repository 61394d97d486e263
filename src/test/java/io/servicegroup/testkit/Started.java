package io.servicegroup.testkit;

import io.vertx.core.Vertx;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.lang.reflect.Field;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

/**
 * A server, or a Vert.x, that all tests of a class share: this static field holds it from before
 * the first to after the last of them. What {@code @BeforeAll} needs is there already; Vert.x ends
 * before the servers.
 */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Started.Extension.class)
public @interface Started {

  /** What the server's {@code create} takes. */
  String[] value() default {};

  /** Starts and ends what the fields hold. */
  final class Extension implements BeforeAllCallback, AfterAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
      for (Field field : fields(context)) {
        String[] settings = field.getAnnotation(Started.class).value();
        field.set(
            null,
            field.getType() == Vertx.class
                ? Vertx.vertx()
                : field
                    .getType()
                    .getMethod("create", String[].class)
                    .invoke(null, (Object) settings));
      }
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
      for (Field field : fields(context)) {
        Object held = field.get(null);
        if (held instanceof Vertx vertx) {
          Eventually.await(vertx.close());
        } else if (held != null) {
          ((AutoCloseable) held).close();
        }
        field.set(null, null);
      }
    }

    /** Vert.x first. */
    private static List<Field> fields(ExtensionContext context) {
      List<Field> fields =
          AnnotationSupport.findAnnotatedFields(
              context.getRequiredTestClass(),
              Started.class,
              any -> true,
              HierarchyTraversalMode.TOP_DOWN);
      fields.forEach(field -> field.setAccessible(true));
      return fields.stream()
          .sorted(Comparator.comparing(field -> field.getType() != Vertx.class))
          .toList();
    }
  }
}
