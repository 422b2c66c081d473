"""The article's photos on Kaggle: brought here once when somebody asks for them, then a folder."""
