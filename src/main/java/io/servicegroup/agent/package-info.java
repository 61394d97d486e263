/**
 * One agent as a whole: what is deployed, in which order, and how it ends; and the commands that
 * work on catalogues without an agent.
 */
package io.servicegroup.agent;
