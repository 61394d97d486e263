/**
 * The catalogue: which members exist, and what operators decided about them. {@link
 * io.servicegroup.catalog.RegistrationVerticle} serves it on the event bus, {@link
 * io.servicegroup.catalog.ServiceCatalog} is implemented for each technology, and {@link
 * io.servicegroup.catalog.DocumentCatalog} implements it over a {@link
 * io.servicegroup.catalog.DocumentStore} for technologies that are no SQL database.
 */
package io.servicegroup.catalog;
