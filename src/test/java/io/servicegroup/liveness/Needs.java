package io.servicegroup.liveness;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A test of the contract that is only for backends that can do something. For the others it is
 * skipped before its agents are opened, which takes a member of a cluster seconds.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {

  /** What the backend can do. */
  Capability value();
}
