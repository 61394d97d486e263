/** PostgreSQL inside the agent's own process tree: the default of an agent without a database. */
package io.servicegroup.backend.embedded;
