/**
 * The agent's HTTP API, its health for supervisors and load balancers, and HAProxy's agent check.
 * {@link io.servicegroup.http.HttpVerticle} asks the other verticles over the event bus only.
 */
package io.servicegroup.http;
