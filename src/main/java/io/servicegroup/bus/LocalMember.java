package io.servicegroup.bus;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.ServiceSpec;

/**
 * A member that the agent of this process begins to beat for.
 *
 * @param spec the service that joined, with its probe
 * @param incarnation the incarnation that the join began
 */
public record LocalMember(ServiceSpec spec, Incarnation incarnation) {}
