package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.core.spi.FilterReply;
import io.netty.channel.DefaultChannelPipeline;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ChatterTest {

  private static FilterReply decide(String name, String text, Throwable failure) {
    Logger logger = (Logger) LoggerFactory.getLogger(name);
    return new Chatter().decide(null, logger, Level.ERROR, text, null, failure);
  }

  @Test
  void whatIsSaidOfEachConnectionAndEachCallIsKeptOut() {
    assertThat(decide(DefaultChannelPipeline.class.getName(), "x", new IOException("many")))
        .isEqualTo(FilterReply.DENY);
    assertThat(decide("com.hazelcast.spi.Operation", "Not Member!", new IllegalStateException()))
        .isEqualTo(FilterReply.DENY);
  }

  @Test
  void everythingElseIsNotAndWhetherItWouldBeLoggedIsNoLine() {
    assertThat(decide("io.servicegroup.X", "x", new IOException("ours")))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide(DefaultChannelPipeline.class.getName(), "x", new IllegalStateException()))
        .isEqualTo(FilterReply.NEUTRAL);
    assertThat(decide("com.hazelcast.spi.Operation", null, null)).isEqualTo(FilterReply.NEUTRAL);
  }
}
