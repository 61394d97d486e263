package io.servicegroup.config;

import io.servicegroup.model.MemberId;
import java.util.Optional;

/**
 * Which names a technology cannot keep. What it refuses is refused at the join and by {@code
 * check-config}: a member that is accepted and then never beats would be worse. Has a public
 * constructor without parameters; asks nobody.
 */
public interface MemberNames {

  /**
   * Whether a member cannot be kept.
   *
   * @param uri where
   * @param id the member
   * @return what is wrong with its names; empty where they can be kept
   */
  Optional<Refused> refusal(BackendUri uri, MemberId id);

  /**
   * What is wrong with a name.
   *
   * @param field {@code group} or {@code host}
   * @param rule a sentence that says why and what is allowed
   */
  record Refused(String field, String rule) {}
}
