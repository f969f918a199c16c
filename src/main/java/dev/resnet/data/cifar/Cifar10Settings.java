package dev.resnet.data.cifar;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * CIFAR-10.
 *
 * @param uri a folder with the six .bin files (itself or in cifar-10-batches-bin) or a .tar.gz
 *     archive of them, each as a path or a file: URI, or an http(s) address of such an archive. A
 *     folder or archive is read where it is and takes precedence over the data directory; an
 *     address replaces the official one. Unset: the data directory, otherwise the official address
 * @param md5 expected MD5 of a downloaded archive, 32 hex digits; empty to skip the check
 */
@Validated
@ConfigurationProperties("resnet.datasets.cifar10")
public record Cifar10Settings(
    @Nullable String uri,
    @DefaultValue("c32a1d4ab5d03f1284b67883e8d87530")
        @NotNull
        @Pattern(regexp = "|[0-9a-fA-F]{32}", message = "must be 32 hex digits, or empty")
        String md5) {}
