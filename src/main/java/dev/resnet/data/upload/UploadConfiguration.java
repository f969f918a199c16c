package dev.resnet.data.upload;

import dev.resnet.data.DatasetSource;
import dev.resnet.data.DatasetUse;
import dev.resnet.data.UnusedVersions;
import dev.resnet.data.folder.ArchiveLimits;
import dev.resnet.data.folder.FolderConversion;
import dev.resnet.database.DatabaseClock;
import dev.resnet.database.SoleProcess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The beans of uploaded data sets. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(UploadProperties.class)
class UploadConfiguration {
  /** After four missed ones another process takes a conversion over. */
  private static final Duration HEARTBEAT = Duration.ofSeconds(4);

  private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

  @Bean
  DatasetStore datasetStore(
      DataSource database,
      PlatformTransactionManager transactions,
      @Value("${resnet.home}") String home,
      DatasetUse use,
      UploadProperties settings) {
    // Not injected as a Path: Spring would look for a relative one on the class path first.
    return DatasetStore.of(
        JdbcClient.create(database),
        new TransactionTemplate(transactions),
        Path.of(home).toAbsolutePath().normalize(),
        use,
        settings,
        Clock.systemUTC());
  }

  @Bean
  PictureFolders pictureFolders(FolderConversion conversion, ArchiveLimits limits) {
    return new PictureArchives(conversion, limits);
  }

  @Bean
  Publication publication(DatasetStore store, UploadProperties settings) {
    return new Publication(store, settings.keepVersions());
  }

  @Bean
  Conversion conversion(DatasetStore store, Publication publication, PictureFolders pictures) {
    return new Conversion(store, publication, pictures);
  }

  @Bean
  Additions additions(
      Uploads uploads, DatasetStore store, Publication publication, PictureFolders pictures) {
    return new Additions(uploads, store, publication, pictures);
  }

  @Bean
  ConversionTask conversionTask(
      DataSource database,
      DatasetStore store,
      Conversion conversion,
      DatabaseClock clock,
      Environment environment,
      @Value("${spring.datasource.url:}") String url)
      throws SQLException {
    boolean converts = !"api".equalsIgnoreCase(environment.getProperty("resnet.role", "").strip());
    return new ConversionTask(
        database,
        store,
        conversion,
        converts,
        SoleProcess.uses(database, url),
        HEARTBEAT,
        POLL_INTERVAL,
        clock);
  }

  @Bean
  Uploads uploads(
      List<DatasetSource> builtIn,
      DatasetStore store,
      PictureFolders pictures,
      ConversionTask queue) {
    return new Uploads(builtIn.stream().map(DatasetSource::name).toList(), store, pictures, queue);
  }

  @Bean
  UploadedDatasets uploadedDatasets(DatasetStore store, PictureFolders pictures, Uploads uploads) {
    return new UploadedDatasets(store, new LoadedVersions(store.folders(), pictures), uploads);
  }

  @Bean
  UnusedVersions unusedVersions(DatasetStore store) {
    return new UnusedUploads(store.removal());
  }
}
