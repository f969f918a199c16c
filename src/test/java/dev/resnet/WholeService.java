package dev.resnet;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.core.type.filter.TypeFilter;

/** The service as in its jar, without the tests' own applications and endpoints. */
@SpringBootConfiguration
@EnableAutoConfiguration
@ConfigurationPropertiesScan
@ComponentScan(
    excludeFilters =
        @ComponentScan.Filter(type = FilterType.CUSTOM, classes = WholeService.NotOfTheJar.class))
class WholeService {

  static final class NotOfTheJar implements TypeFilter {
    @Override
    public boolean match(MetadataReader type, MetadataReaderFactory factory) {
      // The service's main class would scan a second time, without this filter.
      return type.getResource().getDescription().contains("test-classes")
          || type.getClassMetadata()
              .getClassName()
              .equals(ResNetServiceApplication.class.getName());
    }
  }
}
