package dev.resnet.data.cifar;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * CIFAR-100.
 *
 * @param uri like {@link Cifar10Settings#uri}, for train.bin and test.bin (in the folder itself or
 *     in cifar-100-binary)
 * @param md5 expected MD5 of a downloaded archive, 32 hex digits; empty to skip the check
 */
@Validated
@ConfigurationProperties("resnet.datasets.cifar100")
public record Cifar100Settings(
    @Nullable String uri,
    @DefaultValue("03b5dce01913d631647c71ecec9e9cb8")
        @NotNull
        @Pattern(regexp = "|[0-9a-fA-F]{32}", message = "must be 32 hex digits, or empty")
        String md5) {}
