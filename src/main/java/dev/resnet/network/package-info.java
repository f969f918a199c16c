/** The networks: what a stack_n means, as a DL4J graph configuration. Uses DL4J only. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.resnet.network;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
