"""What the 3D tower learns from: clouds drawn once of meshes and parametric shapes, varied at every draw."""
