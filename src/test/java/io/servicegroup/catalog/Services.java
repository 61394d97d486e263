package io.servicegroup.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Services and requests about them, for tests of the catalogue. */
public final class Services {

  /** The group of most tests. */
  public static final String GROUP = "compute";

  private Services() {}

  /** A member of {@link #GROUP}. */
  public static MemberId id(String host) {
    return new MemberId(GROUP, host);
  }

  /** A service of {@link #GROUP}. */
  public static ServiceSpec spec(String host, int version) {
    return spec(GROUP, host, "nova-compute", version);
  }

  /** Creates a service without a probe. */
  public static ServiceSpec spec(String group, String host, String binary, int version) {
    return new ServiceSpec(new MemberId(group, host), binary, version, Map.of(), new Probe.None());
  }

  /** Creates an update of one of the operator's words. */
  public static MemberUpdate disable(String host, String reason) {
    return update(host, true, reason, null);
  }

  /** Creates an update of the operator's words; null leaves a word as it is. */
  public static MemberUpdate update(
      String host, Boolean disabled, String reason, Boolean forcedDown) {
    return new MemberUpdate(
        id(host),
        Optional.ofNullable(disabled),
        Optional.ofNullable(reason),
        Optional.ofNullable(forcedDown),
        Optional.empty(),
        Optional.empty());
  }

  /** Asserts that a call is refused with a status. */
  public static AbstractThrowableAssert<?, ?> assertRefused(int status, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ServiceGroupException.class, refusal -> assertThat(refusal.status()).isEqualTo(status));
  }
}
