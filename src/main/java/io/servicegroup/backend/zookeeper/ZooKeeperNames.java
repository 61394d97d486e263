package io.servicegroup.backend.zookeeper;

import io.servicegroup.config.BackendUri;
import io.servicegroup.config.MemberNames;
import io.servicegroup.model.MemberId;
import java.util.Optional;

/** A member's group and host are the names of nodes, in tooz's layout, and not any text is one. */
public final class ZooKeeperNames implements MemberNames {

  @Override
  public Optional<Refused> refusal(BackendUri uri, MemberId id) {
    return new ZooKeeperLayout(uri).refusal(id);
  }
}
