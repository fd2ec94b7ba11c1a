terraform {
  required_version = ">= 1.5"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.0"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region
}

locals {
  services = [
    "artifactregistry", "bigquery", "cloudbuild", "cloudscheduler", "compute", "dataflow", "monitoring", "storage",
    "workflows",
  ]
  output    = "gs://${google_storage_bucket.data.name}/${var.dataset}"
  image     = "${google_artifact_registry_repository.images.location}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}/newsbeam:${var.image_tag}"
  work      = "gs://${google_storage_bucket.work.name}"
  template  = "${local.work}/templates/newsbeam.json"
  scratch   = "tmp"
  run_files = "${var.dataset}/_state"
}

resource "google_project_service" "needed" {
  for_each           = toset(local.services)
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}
