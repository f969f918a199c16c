package dev.resnet.data.cifar;

import dev.resnet.data.DatasetSource;
import dev.resnet.data.download.DownloadSettings;
import dev.resnet.data.download.HttpDownload;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
  Cifar10Settings.class,
  Cifar100Settings.class,
  DownloadSettings.class
})
class CifarConfiguration {

  @Bean
  DatasetSource cifar10(
      Cifar10Settings settings, DownloadSettings download, @Value("${resnet.home}") String home) {
    return source(CifarFormat.CIFAR_10, settings.uri(), settings.md5(), download, home);
  }

  @Bean
  DatasetSource cifar100(
      Cifar100Settings settings, DownloadSettings download, @Value("${resnet.home}") String home) {
    return source(CifarFormat.CIFAR_100, settings.uri(), settings.md5(), download, home);
  }

  /** Makes the start of the service fail if the setting {@code uri} is invalid. */
  private static DatasetSource source(
      CifarFormat format,
      @Nullable String uri,
      String md5,
      DownloadSettings download,
      String home) {
    Path volume =
        Path.of(home).toAbsolutePath().normalize().resolve("datasets").resolve(format.dataset());
    return new CifarSource(
        format,
        origin(format, uri),
        volume,
        new CifarDownload(format, new HttpDownload(download), md5));
  }

  private static CifarOrigin origin(CifarFormat format, @Nullable String uri) {
    try {
      return CifarOrigin.parse(format, uri);
    } catch (IllegalArgumentException e) {
      throw new InvalidConfigurationPropertyValueException(
          format.settings() + ".uri", uri, e.getMessage());
    }
  }
}
