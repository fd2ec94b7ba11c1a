resource "google_bigquery_dataset" "news" {
  count      = var.table ? 1 : 0
  dataset_id = "news"
  location   = var.region
}

# Reads the files of the dataset where they lie; the partitions are the folders' names.
resource "google_bigquery_table" "articles" {
  count               = var.table ? 1 : 0
  dataset_id          = google_bigquery_dataset.news[0].dataset_id
  table_id            = "articles"
  deletion_protection = false

  external_data_configuration {
    autodetect    = true
    source_format = "PARQUET"
    source_uris   = ["${local.output}/articles/*"]

    hive_partitioning_options {
      mode                     = "CUSTOM"
      source_uri_prefix        = "${local.output}/articles/{fetched_date:DATE}/{language:STRING}"
      require_partition_filter = true
    }

    parquet_options {
      enable_list_inference = true
    }
  }
}
