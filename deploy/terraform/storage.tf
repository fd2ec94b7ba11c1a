# The dataset. Nothing here deletes articles.
resource "google_storage_bucket" "data" {
  name                        = "${var.project}-newsbeam-data"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  depends_on                  = [google_project_service.needed]

  # What runs that were killed left behind.
  lifecycle_rule {
    condition {
      age            = 14
      matches_prefix = ["${local.run_files}/staging/", "${local.run_files}/tmp/"]
    }
    action {
      type = "Delete"
    }
  }

  lifecycle_rule {
    condition {
      age            = 90
      matches_prefix = ["${var.dataset}/articles/", "${var.dataset}/rejects/"]
    }
    action {
      type          = "SetStorageClass"
      storage_class = "NEARLINE"
    }
  }
}

# Templates, and what Dataflow stages.
resource "google_storage_bucket" "work" {
  name                        = "${var.project}-newsbeam-work"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  depends_on                  = [google_project_service.needed]

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle_rule {
    condition {
      age            = 14
      matches_prefix = ["${local.scratch}/"]
    }
    action {
      type = "Delete"
    }
  }
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "newsbeam"
  location      = var.region
  format        = "DOCKER"
  depends_on    = [google_project_service.needed]

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s"
    }
  }
}
