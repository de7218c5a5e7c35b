select id, score, email from {{ source('raw_desk', 'answers') }}
