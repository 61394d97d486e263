package io.servicegroup.backend.hazelcast;

import static com.hazelcast.internal.server.ServerContext.KILO_BYTE;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.Channel;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.networking.ChannelOption;
import com.hazelcast.internal.networking.HandlerStatus;
import com.hazelcast.internal.server.ServerContext;
import com.hazelcast.internal.server.tcp.UnifiedProtocolDecoder;
import com.hazelcast.internal.server.tcp.UnifiedProtocolEncoder;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperties;
import java.util.function.Function;

/**
 * A member of the cluster with a repair of a Hazelcast defect (its issue 26473, seen in 5.3 to
 * 5.6). While a peer has accepted a connection but not answered the greeting, as a hung process
 * does, Hazelcast's thread that writes spins on that connection and serves no other. One hung
 * member thus kept living members from communicating, and new ones from joining.
 *
 * <p>The repair replaces Hazelcast's internal classes, of the version that the build names, because
 * no setting avoids the defect.
 */
final class HazelcastNode extends DefaultNodeContext {

  private HazelcastNode() {}

  /** Starts a member. Blocks until it has joined. */
  static HazelcastInstance start(Config config) {
    return HazelcastInstanceFactory.newHazelcastInstance(
        config, config.getInstanceName(), new HazelcastNode());
  }

  @Override
  public NodeExtension createNodeExtension(Node node) {
    return new DefaultNodeExtension(node) {
      @Override
      public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
          ServerContext context) {
        return every -> channel -> initialize(channel, context);
      }
    };
  }

  /** Initialises a channel as Hazelcast does, but with {@link WaitingEncoder}. */
  private static void initialize(Channel channel, ServerContext context) {
    HazelcastProperties properties = context.properties();
    channel
        .options()
        .setOption(
            ChannelOption.DIRECT_BUF, properties.getBoolean(ClusterProperty.SOCKET_BUFFER_DIRECT))
        .setOption(
            ChannelOption.TCP_NODELAY, properties.getBoolean(ClusterProperty.SOCKET_NO_DELAY))
        .setOption(
            ChannelOption.SO_KEEPALIVE, properties.getBoolean(ClusterProperty.SOCKET_KEEP_ALIVE))
        .setOption(
            ChannelOption.SO_SNDBUF,
            properties.getInteger(ClusterProperty.SOCKET_SEND_BUFFER_SIZE) * KILO_BYTE)
        .setOption(
            ChannelOption.SO_RCVBUF,
            properties.getInteger(ClusterProperty.SOCKET_RECEIVE_BUFFER_SIZE) * KILO_BYTE)
        .setOption(
            ChannelOption.SO_LINGER, properties.getSeconds(ClusterProperty.SOCKET_LINGER_SECONDS));
    UnifiedProtocolEncoder encoder = new WaitingEncoder(context);
    channel.outboundPipeline().addLast(encoder);
    channel.inboundPipeline().addLast(new UnifiedProtocolDecoder(context, encoder));
  }

  /**
   * An encoder that reports BLOCKED while it waits for the greeting, rather than asking to be
   * called again. The decoder wakes it when the greeting arrives.
   */
  private static final class WaitingEncoder extends UnifiedProtocolEncoder {

    WaitingEncoder(ServerContext context) {
      super(context);
    }

    @Override
    public HandlerStatus onWrite() {
      HandlerStatus status = super.onWrite();
      // Once the greeting has arrived, the channel has replaced this encoder and ignores the
      // status.
      return status == HandlerStatus.CLEAN ? HandlerStatus.BLOCKED : status;
    }
  }
}
