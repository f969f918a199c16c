/**
 * Access control: bearer keys, tokens of a JWT issuer, the scope that each operation needs, and
 * where the service may listen. No other package uses this one.
 */
@ApplicationModule(allowedDependencies = {"api"})
@NullMarked
package dev.resnet.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
